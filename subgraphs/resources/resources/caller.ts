/** On whose behalf, and under which request, a rule runs. */
export interface Caller {
  viewerId: string;
  requestId: string;
}
