import { holdContract } from '../contract/contract.ts';
import { openRealLab } from '../contract/real-lab.ts';

holdContract(openRealLab);
