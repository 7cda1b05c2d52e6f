import type { GraphQLSchema } from 'graphql';
import { createStore } from 'zustand/vanilla';
import type { Send } from '../../../../clients/typescript/transport.ts';
import { imagesIn, type ResponseImage } from '../images/response-images.ts';
import { createAutofill } from '../mission/autofill.ts';
import { createAccount, missionTabs } from '../mission/mission.ts';
import { initialMissionContext, type MissionContext, updateMissionContext } from '../mission/mission-context.ts';
import type { Exchange, GraphqlRequest, GraphqlResponse } from '../requests/exchange.ts';
import { type Change, createPageSession, type PageTokens } from '../requests/page-session.ts';
import type { Measures, Post } from '../requests/post.ts';
import { createRun } from '../requests/run.ts';
import type { History, HistoryEntry } from './history.ts';
import { type BlockedTabs, createImageFiles } from './image-files.ts';
import type { StoredSession } from './stored-session.ts';
import { createTabs } from './tabs.ts';

/** The page's state beside GraphiQL's own. */
export interface State extends BlockedTabs {
  context: MissionContext;
  tokens: PageTokens | undefined;
  /** The images of each tab's last response, by tab id. */
  images: Readonly<Record<string, ResponseImage[]>>;
  /** Number of images replaced since the page was loaded. */
  replacementCount: number;
  /** Measures of each tab's last response, by tab id. */
  measures: Readonly<Record<string, Measures>>;
  history: readonly HistoryEntry[];
  /** The session outlives a reload of this browser tab. */
  keepsSession: boolean;
  /** The user has removed the token from the active tab's headers, though the page is logged in. */
  isWithoutToken: boolean;
  /** A sentence about the last event. */
  notice: string;
}

export type Explorer = ReturnType<typeof createExplorer>;

/** Creates the page's behaviour, apart from its components. */
export function createExplorer({
  post,
  send,
  history,
  storedSession,
}: {
  post: Post;
  /** Sends the operations of the page itself. */
  send: Send;
  history: History;
  storedSession: StoredSession;
}) {
  const initialAccount = createAccount();
  const state = createStore<State>(() => ({
    context: initialMissionContext(initialAccount),
    tokens: undefined,
    images: {},
    replacementCount: 0,
    blocked: {},
    measures: {},
    history: history.entries(),
    keepsSession: storedSession.isOn(),
    isWithoutToken: false,
    notice: 'Press ▶ in one tab after the other: each is ready to run.',
  }));
  const tabs = createTabs();
  let schema: GraphQLSchema | undefined;

  const notify = (notice: string) => state.setState({ notice });
  const session = createPageSession({
    send,
    onChange: (tokens, change) => {
      state.setState({ tokens, notice: notices[change] });
      if (!tokens) keepSession(false);
      fillTab();
    },
  });
  const autofill = createAutofill({ hasReceived: session.hasReceived, initialAccount });
  const run = createRun({ session, post });
  const imageFiles = createImageFiles({ state, tabs, notify });

  function keepSession(isOn: boolean): void {
    storedSession.set(isOn);
    state.setState({ keepsSession: isOn });
  }

  let runningCount = 0;

  /**
   * Fills in the active tab; other tabs are filled in when they become active. Does nothing while an operation runs, as
   * GraphiQL's history would record the new texts as those that were run.
   */
  function fillTab(): void {
    if (runningCount > 0) return;
    const tab = tabs.active();
    const { context, tokens } = state.getState();
    if (tab) tabs.write(autofill.fill(tab, { ...context, accessToken: tokens?.accessToken }));
    checkToken();
  }

  /** Says so when the active tab sends no token though the page is logged in. */
  function checkToken(): void {
    const tab = tabs.active();
    const { tokens, isWithoutToken: was } = state.getState();
    const isWithoutToken = tab !== undefined && tokens !== undefined && autofill.isWithoutToken(tab);
    if (isWithoutToken !== was) state.setState({ isWithoutToken });
  }

  async function applyExchange(exchange: Exchange, tabId: string): Promise<void> {
    const isReplacement = exchange.rootFields.some(({ name, result }) => name === 'updateResource' && result !== null);
    state.setState(({ context, images, replacementCount }) => ({
      context: updateMissionContext(context, exchange),
      images: { ...images, [tabId]: schema ? imagesIn(exchange, schema) : [] },
      replacementCount: isReplacement ? replacementCount + 1 : replacementCount,
    }));
    await session.apply(exchange);
  }

  return {
    state,
    tabs,
    fillTab,
    notify,
    imageFiles,
    keepSession,
    checkToken,
    /** Puts the token into the active tab's headers again. */
    addToken() {
      const tab = tabs.active();
      if (tab) autofill.allowToken(tab);
      fillTab();
    },
    clearHistory() {
      history.clear();
      state.setState({ history: [] });
    },
    /** Continues with the session of the page before it was reloaded, if the user has kept it. */
    async restoreSession(): Promise<void> {
      const kept = storedSession.take();
      if (kept) await session.restore(kept);
    },
    /** Stores the session as the page is left, if the user keeps it. */
    leave: () => storedSession.put(session.tokens()),
    /** Removes the session from the storage as the page is entered again, by going back. */
    enter: () => void storedSession.take(),
    missionTabs: missionTabs(initialAccount),
    /** Drops the tokens even if the gateway does not respond. */
    logOut: () =>
      session.logOut().catch(() => notify('Logged out on this page only: the gateway could not be reached.')),
    /** Requests the schema. Says why the page is without one if the gateway does not show it. */
    async introspect(request: GraphqlRequest): Promise<GraphqlResponse> {
      const { response } = await post(request);
      const code = response.data ? undefined : response.errors?.[0]?.extensions?.code;
      if (code === 'GRAPHQL_VALIDATION_FAILED') notify(schemaNotices.introspectionOff);
      if (code === 'QUERY_NOT_IN_SAFELIST') notify(schemaNotices.trustedDocumentsOnly);
      return response;
    },
    setSchema: (next: GraphQLSchema | undefined) => {
      schema = next;
    },
    /** Runs the active tab's operation. Never resolves if another tab is active by then: its own tab gets the response. */
    async fetch(request: GraphqlRequest, headers: Record<string, unknown>): Promise<GraphqlResponse> {
      const tabId = tabs.active()?.id ?? '';
      state.setState(({ images, measures: { [tabId]: _, ...measures } }) => ({
        images: { ...images, [tabId]: [] },
        measures,
      }));
      const reason = imageFiles.reasonToBlock(tabId, request);
      if (reason !== undefined) return { errors: [{ message: `Not sent: ${reason}` }] };
      runningCount += 1;
      try {
        const { response, exchange, measures } = await run(request, headers).catch(toResponse);
        state.setState((last) => ({
          history: history.add(request, response, measures),
          ...(measures && { measures: { ...last.measures, [tabId]: measures } }),
        }));
        if (exchange) await applyExchange(exchange, tabId);
        if (tabs.active()?.id === tabId) return response;
        tabs.setResponse(tabId, JSON.stringify(response, null, 2));
        return new Promise(() => {});
      } finally {
        runningCount -= 1;
        // After GraphiQL shows the response.
        setTimeout(fillTab);
      }
    },
  };
}

/** Shows an error without a response, without its stack trace. */
const toResponse = ({ message }: Error): { response: GraphqlResponse; exchange?: Exchange; measures?: Measures } => ({
  response: { errors: [{ message }] },
});

const schemaNotices = {
  introspectionOff: 'Introspection is off here: no documentation and no completion. Every tab can still be run.',
  trustedDocumentsOnly:
    'Only trusted documents run here: those of the tabs, as they are. No documentation and no completion.',
};

const notices: Record<Change, string> = {
  'logged in': 'Logged in: the token is in the headers of every tab.',
  renewed: 'The access token had expired: there is a new one in the headers.',
  restored: 'Still logged in, as you chose: the token is in the headers of every tab.',
  'logged out': 'Logged out: the token is out of the headers.',
  ended: 'The session has ended: log in again.',
};
