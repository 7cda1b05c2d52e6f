/** The element of the page that has an id, and is of a class. */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}

/** A new element with what is inside. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...inside: Node[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

const status = element('status', HTMLElement);
const trouble = element('trouble', HTMLElement);

/** Tells what has been done; what went wrong before is no longer of interest. */
export function say(text: string): void {
  status.textContent = text;
  trouble.textContent = '';
}

/** Tells what went wrong. */
export function complain(error: unknown): void {
  status.textContent = '';
  trouble.textContent = error instanceof Error ? error.message : String(error);
}
