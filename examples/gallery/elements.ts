/** Finds an element of the page by id and class. Throws if there is none. */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} with id ${id}.`);
  return found;
}

/** Creates an element with child nodes. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

/** Creates a button with a symbol of the page, whose name is only read aloud and shown as a hint. */
export function createIconButton(symbol: string, name: string): HTMLButtonElement {
  const svg = 'http://www.w3.org/2000/svg';
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#${symbol}`);
  const icon = document.createElementNS(svg, 'svg');
  icon.setAttribute('aria-hidden', 'true');
  icon.append(use);
  return create('button', { type: 'button', className: 'icon', title: name, ariaLabel: name }, icon);
}

/** Creates an empty place for an error, which is read aloud when it is filled. */
export function createErrorPlace(): HTMLParagraphElement {
  const place = create('p', { className: 'error' });
  place.setAttribute('role', 'alert');
  return place;
}

/** Shows a message to everybody, and has it read aloud. */
export function announce(message: string): void {
  element('status', HTMLElement).textContent = message;
}

/** Creates the input of a file dialog. It is not shown: a button opens it. */
export function createFileInput(isMultiple: boolean, onFiles: (files: File[]) => void): HTMLInputElement {
  const input = create('input', { type: 'file', accept: 'image/*,.heic,.heif', multiple: isMultiple, hidden: true });
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = '';
    if (files.length > 0) onFiles(files);
  });
  return input;
}
