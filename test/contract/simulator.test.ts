import { holdContract } from './contract.ts';
import { openSimulatedLab } from './simulated-lab.ts';

holdContract(openSimulatedLab);
