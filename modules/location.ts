/** Where something lives in AWS. */
export interface Location {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}
