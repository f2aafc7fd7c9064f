import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SpotResponder, type SpotResponderProps } from './spot-responder.ts';

/** The responder as a stack of its own, in the home region. */
export class SpotResponderStack extends Stack {
  readonly spotResponder: SpotResponder;

  constructor(scope: Construct, id: string, props: StackProps & SpotResponderProps = {}) {
    super(scope, id, { description: 'Spot interruption responder for EKS', ...props });
    this.spotResponder = new SpotResponder(this, 'SpotResponder', props);
  }
}
