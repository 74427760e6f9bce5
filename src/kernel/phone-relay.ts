/** For what a number is asked: one service, one organization, until it is over. */
export interface RelayedCall {
  /** The person's own number, E.164. */
  readonly phone: string;
  readonly referralId: string;
  readonly organizationId: string;
}

/**
 * Gives a partner a number to call instead of the person's own (中间号): such a number reaches the person during the service and
 * nobody afterwards. Telephone companies offer it; an installation that has a contract passes its relay to `createApp`.
 */
export interface PhoneRelay {
  /** The number to dial, E.164. May take a moment: it is asked outside of transactions. */
  numberFor(call: RelayedCall): Promise<string>;
}

/** Without a contract the person's own number is given: it stays known after the service, which is why consent is asked. */
export const directCalls: PhoneRelay = { numberFor: async ({ phone }) => phone };
