import { sandboxContract } from './sandbox-contract.ts';

sandboxContract('8.19');
