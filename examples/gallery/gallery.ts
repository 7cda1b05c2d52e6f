import { createClient, isApiError, type TokenStore, type Tokens } from '../../clients/typescript/index.ts';
import { announce, createFileInput, element } from './elements.ts';
import { describeError } from './errors.ts';
import { showPictures } from './picture-list.ts';
import { createUploads, type Upload } from './uploads.ts';

const signIn = element('sign-in', HTMLFormElement);
const signInError = element('sign-in-error', HTMLElement);
const gallery = element('gallery', HTMLElement);
const add = element('add', HTMLButtonElement);

const tokensKey = 'gallery.tokens';

/** Keeps the tokens in session storage: until the tab is closed, also across reloads. */
const tabStore: TokenStore = {
  get() {
    const text = sessionStorage.getItem(tokensKey);
    return text === null ? undefined : (JSON.parse(text) as Tokens);
  },
  set(tokens) {
    if (tokens) sessionStorage.setItem(tokensKey, JSON.stringify(tokens));
    else sessionStorage.removeItem(tokensKey);
  },
};

/** Bytes; browsers let requests with larger bodies end with the page. */
const maxKeptAlive = 60_000;

const client = createClient({
  url: document.querySelector('meta[name=gateway]')?.getAttribute('content') ?? '/graphql',
  tokens: tabStore,
  // A deletion is sent to its end when the page is left.
  fetch: (url, init) => fetch(url, { ...init, keepalive: String(init?.body).length < maxKeptAlive }),
  onSessionEnd: () => {
    showSignIn();
    signInError.textContent = 'Your session has ended. Log in again.';
  },
});

/** Aborted at the end of a log-in, so that nothing of it is shown in the next. */
let logInScope = new AbortController();
let upload: Upload = () => {};

function showSignIn(): void {
  logInScope.abort();
  upload = () => {};
  gallery.hidden = true;
  signIn.hidden = false;
  signIn.querySelector('input')?.focus();
}

function showGallery(username: string): void {
  logInScope.abort();
  logInScope = new AbortController();
  element('username', HTMLElement).textContent = username;
  signInError.textContent = '';
  signIn.hidden = true;
  gallery.hidden = false;
  const grid = showPictures(client, logInScope.signal);
  upload = createUploads(client, logInScope.signal, (resource) => grid.prepend(resource));
  add.focus();
}

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  signInError.textContent = '';
  const isNew = event.submitter instanceof HTMLButtonElement && event.submitter.value === 'register';
  const fields = new FormData(signIn);
  const input = { username: String(fields.get('username')), password: String(fields.get('password')) };
  try {
    const { username } = await (isNew ? client.register(input) : client.logIn(input));
    signIn.reset();
    showGallery(username);
    announce(`Logged in as ${username}.`);
  } catch (error) {
    signInError.textContent = describeError(error);
  }
});

element('log-out', HTMLButtonElement).addEventListener('click', async () => {
  showSignIn();
  announce('Logged out.');
  try {
    await client.logOut();
  } catch (error) {
    signInError.textContent = `Your session may go on elsewhere. ${describeError(error)}`;
  }
});

const input = createFileInput(true, (files) => upload(files));
add.after(input);
add.addEventListener('click', () => input.click());

// Anywhere on the page: otherwise the browser would open a picture that is dropped beside a frame.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
document.addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) document.body.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  upload([...(event.dataTransfer?.files ?? [])]);
});
document.addEventListener('paste', ({ clipboardData }) => upload([...(clipboardData?.files ?? [])]));

try {
  if (await tabStore.get()) showGallery((await client.me()).username);
  else showSignIn();
} catch (error) {
  showSignIn();
  if (!isApiError(error, 'UNAUTHENTICATED')) signInError.textContent = describeError(error);
}
