import { createClient, isApiError, type TokenStore, type Tokens } from '../../clients/typescript/index.ts';
import { element, showError, showStatus } from './elements.ts';
import { createPictures } from './pictures.ts';
import { createUpload, type Upload } from './uploads.ts';

const signIn = element('sign-in', HTMLFormElement);
const account = element('account', HTMLElement);
const gallery = element('gallery', HTMLElement);
const files = element('files', HTMLInputElement);
const drop = element('drop', HTMLElement);

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

const client = createClient({
  url: document.querySelector('meta[name=gateway]')?.getAttribute('content') ?? '/graphql',
  tokens: tabStore,
  onSessionEnd: () => {
    showSignIn();
    showError('Your session has ended: log in again.');
  },
});

/** Aborted at the end of a log-in, so that nothing of it is shown in the next. */
let logInScope = new AbortController();
let upload: Upload = () => {};

function showSignIn(): void {
  logInScope.abort();
  account.hidden = true;
  gallery.hidden = true;
  signIn.hidden = false;
  signIn.querySelector('input')?.focus();
}

async function showGallery(username: string): Promise<void> {
  logInScope.abort();
  logInScope = new AbortController();
  const pictures = createPictures(client, logInScope.signal);
  upload = createUpload(client, logInScope.signal, pictures.add);
  element('username', HTMLElement).textContent = username;
  account.hidden = false;
  signIn.hidden = true;
  gallery.hidden = false;
  files.focus();
  await pictures.showMore();
}

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  const isNew = event.submitter instanceof HTMLButtonElement && event.submitter.value === 'register';
  const fields = new FormData(signIn);
  const input = { username: String(fields.get('username')), password: String(fields.get('password')) };
  try {
    const user = await (isNew ? client.register(input) : client.logIn(input));
    signIn.reset();
    showStatus(`Logged in as ${user.username}.`);
    await showGallery(user.username);
  } catch (error) {
    showError(error);
  }
});

element('log-out', HTMLButtonElement).addEventListener('click', async () => {
  showSignIn();
  showStatus('Logged out.');
  await client.logOut().catch(showError);
});

files.addEventListener('change', () => {
  upload([...(files.files ?? [])]);
  files.value = '';
});

// Anywhere on the page: otherwise the browser would open a picture that is dropped beside the frame.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  if (!gallery.hidden) upload([...(event.dataTransfer?.files ?? [])]);
});

try {
  if (await tabStore.get()) await showGallery((await client.me()).username);
  else showSignIn();
} catch (error) {
  showSignIn();
  if (!isApiError(error, 'UNAUTHENTICATED')) showError(error);
}
