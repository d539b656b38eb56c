export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}
export interface Paging {
  readonly offset: number;
  readonly limit: number;
}
