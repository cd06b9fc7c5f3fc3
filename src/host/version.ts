declare const RUNBOOK_VERSION: string;

/** Of the program. */
export const version = RUNBOOK_VERSION;
