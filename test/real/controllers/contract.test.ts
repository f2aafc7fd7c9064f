import { budgetCases } from '../../contract/cases/budgets.ts';
import { cordonCases } from '../../contract/cases/cordon.ts';
import { holdContract } from '../../contract/contract.ts';
import { openRealLab } from '../../contract/real-lab.ts';

// Where another controller writes to the same objects: budgets' status, nodes' taints.
holdContract(() => openRealLab('real'), [budgetCases, cordonCases]);
