/**
 * How a deployment is made anew, for remedies. Settings that were given by `-c` and are left out the next time are taken back;
 * a template that has not changed mends nothing, unless CloudFormation is to look at what is there.
 * docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
 */
export const WITH_ALL_SETTINGS = 'with all settings of the deployment (cdk.json, or -c again)';
export const REVERT_DRIFT = `npx cdk deploy --revert-drift, ${WITH_ALL_SETTINGS}, makes it again`;
