import { sandboxContract } from './sandbox-contract.ts';

sandboxContract('9.5');
