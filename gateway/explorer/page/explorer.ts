import type { GraphQLSchema } from 'graphql';
import { picturesOf } from './images/response-images.ts';
import type { Answer, Asked, Exchange } from './requests/exchange.ts';
import { createRun } from './requests/run.ts';
import { type Change, createSession } from './requests/session.ts';
import { createFill } from './state/autofill.ts';
import { inventAccount, missionTabs } from './state/mission.ts';
import { initialMissionContext, learn } from './state/mission-context.ts';
import { createState } from './state/state.ts';
import { createTabs } from './state/tabs.ts';

type Post = (asked: Partial<Asked>, headers?: Record<string, unknown>) => Promise<Answer>;

export type Explorer = ReturnType<typeof createExplorer>;

/** What the page does, apart from how it looks. */
export function createExplorer(post: Post) {
  const opened = inventAccount();
  const state = createState(initialMissionContext(opened));
  const tabs = createTabs();
  let schema: GraphQLSchema | undefined;

  const notify = (notice: string) => state.setState({ notice });
  const session = createSession({
    ask: (query, variables) => post({ query, variables }),
    onChange: (tokens, change) => {
      state.setState({ tokens, notice: notices[change] });
      fillTab();
    },
  });
  const fill = createFill({ isOurs: session.isOurs, opened });
  const run = createRun({ session, post });

  let running = 0;

  /**
   * Gives the tab that is shown what it needs; the others get theirs when they are shown. Not while an operation runs:
   * the history would take what is filled in for what was run.
   */
  function fillTab(): void {
    if (running > 0) return;
    const tab = tabs.active();
    const { known, tokens } = state.getState();
    if (tab) tabs.write(fill(tab, { ...known, accessToken: tokens?.accessToken }));
  }

  function takeIn(exchange: Exchange, tabId: string): void {
    const isReplacement = exchange.fields.some(({ name, result }) => name === 'updateResource' && result !== null);
    state.setState(({ known, pictures, replacements }) => ({
      known: learn(known, exchange),
      pictures: { ...pictures, [tabId]: schema ? picturesOf(exchange, schema) : [] },
      replacements: isReplacement ? replacements + 1 : replacements,
    }));
    session.take(exchange);
  }

  return {
    state,
    tabs,
    fillTab,
    notify,
    missionTabs: missionTabs(opened),
    /** Where the gateway is away, the tokens are forgotten all the same. */
    logOut: () => session.logOut().catch(() => notify('Logged out here; the gateway could not be told.')),
    knowSchema: (known: GraphQLSchema | undefined) => {
      schema = known;
    },
    /** Runs what the tab that is shown asks for. Where another is shown when the answer comes, nobody waits for it here. */
    async fetch(asked: Asked, headers: Record<string, unknown>): Promise<Answer> {
      const tabId = tabs.active()?.id ?? '';
      state.setState(({ pictures }) => ({ pictures: { ...pictures, [tabId]: [] } }));
      running += 1;
      try {
        const { answer, exchange } = await run(asked, headers).catch(asAnswer);
        if (exchange) takeIn(exchange, tabId);
        if (tabs.active()?.id === tabId) return answer;
        tabs.keepResponse(tabId, JSON.stringify(answer, null, 2));
        return new Promise(() => {});
      } finally {
        running -= 1;
        // When the answer is shown.
        setTimeout(fillTab);
      }
    },
  };
}

/** What went wrong before there was an answer, without the page's own stack. */
const asAnswer = ({ message }: Error): { answer: Answer; exchange?: Exchange } => ({
  answer: { errors: [{ message }] },
});

const notices: Record<Change, string> = {
  'logged in': 'Logged in: the token is in the headers of every tab.',
  renewed: 'The access token had expired: there is a new one in the headers.',
  'logged out': 'Logged out: the token is out of the headers.',
  ended: 'The session has ended: log in again.',
};
