/**
 * How a read is tried again where nobody says otherwise: long enough for a node to restart. No pause begins that would end
 * later than `budget_ms` after the first answer.
 */
export const patience = { attempts: 6, delay_ms: 1_000, budget_ms: 60_000 } as const;
