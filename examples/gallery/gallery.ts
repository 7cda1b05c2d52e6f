import { createClient, isApiError } from '../../clients/typescript/index.ts';
import { complain, element, say } from './elements.ts';
import { createPictures } from './pictures.ts';
import { tabStore } from './tokens.ts';
import { createUpload, type Upload } from './uploads.ts';

const signIn = element('sign-in', HTMLFormElement);
const account = element('account', HTMLElement);
const gallery = element('gallery', HTMLElement);
const files = element('files', HTMLInputElement);
const drop = element('drop', HTMLElement);

const client = createClient({
  url: document.querySelector('meta[name=gateway]')?.getAttribute('content') ?? '/graphql',
  tokens: tabStore,
  onSessionEnd: () => {
    showSignIn();
    complain('Your session has ended: log in again.');
  },
});

/** Ends with the log-in: nothing of it goes on, or is shown, when the next begins. */
let visit = new AbortController();
let upload: Upload = () => {};

function showSignIn(): void {
  visit.abort();
  account.hidden = true;
  gallery.hidden = true;
  signIn.hidden = false;
  signIn.querySelector('input')?.focus();
}

async function showGallery(username: string): Promise<void> {
  visit.abort();
  visit = new AbortController();
  const pictures = createPictures(client, visit.signal);
  upload = createUpload(client, visit.signal, pictures.add);
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
    say(`Logged in as ${user.username}.`);
    await showGallery(user.username);
  } catch (error) {
    complain(error);
  }
});

element('log-out', HTMLButtonElement).addEventListener('click', async () => {
  showSignIn();
  say('Logged out.');
  await client.logOut().catch(complain);
});

files.addEventListener('change', () => {
  upload([...(files.files ?? [])]);
  files.value = '';
});

// Anywhere on the page: a picture dropped beside the frame would else replace the page.
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
  if (!isApiError(error, 'UNAUTHENTICATED')) complain(error);
}
