/** Any value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
/** A JSON object. `undefined` never appears in a value: a key is there or it is not. */
export type JsonObject = { readonly [key: string]: Json };
