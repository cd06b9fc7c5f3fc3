import { sandboxContract } from './sandbox-contract.ts';

sandboxContract('7.10');
