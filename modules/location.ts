/** Account and region. */
export interface Location {
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
}
