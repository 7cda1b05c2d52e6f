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
  ...children: Node[]
): HTMLElementTagNameMap[Name] {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

const status = element('status', HTMLElement);
const errorMessage = element('error', HTMLElement);

/** Shows a status message, and clears the error message. */
export function showStatus(text: string): void {
  status.textContent = text;
  errorMessage.textContent = '';
}

/** Shows an error message, and clears the status message. */
export function showError(error: unknown): void {
  status.textContent = '';
  errorMessage.textContent = error instanceof Error ? error.message : String(error);
}
