import { pick, useGraphiQL, useGraphiQLActions, useMonaco } from '@graphiql/react';
import type { editor } from 'monaco-editor';
import { useEffect } from 'react';

/** Names of the editors' themes in Monaco. */
export const editorTheme = { light: 'explorer-light', dark: 'explorer-dark' };

/** GraphiQL's themes, with more contrast: at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
const themes: Record<string, editor.IStandaloneThemeData> = {
  [editorTheme.light]: {
    base: 'vs',
    inherit: true,
    rules: [
      { token: 'argument.identifier.gql', foreground: '#5a57b8' },
      { token: 'number', foreground: '#066842' },
      { token: 'type', foreground: '#006b6b' },
    ],
    colors: coloursOf({ surface: '#ffffff', primary: '#d60590', faint: '#3b4b6811' }),
  },
  [editorTheme.dark]: {
    base: 'vs-dark',
    inherit: true,
    rules: [
      { token: 'argument.identifier.gql', foreground: '#a8a3ff' },
      { token: 'comment', foreground: '#85c46c' },
    ],
    colors: {
      ...coloursOf({ surface: '#212a3b', primary: '#ff5794', faint: '#b7c2d711' }),
      'editorLineNumber.foreground': '#a3adbd',
    },
  },
};

function coloursOf({ surface, primary, faint }: { surface: string; primary: string; faint: string }) {
  const clear = '#ffffff00';
  const tint = `${primary}19`;
  return {
    'editor.background': clear,
    'scrollbar.shadow': clear,
    focusBorder: primary,
    'input.background': faint,
    'menu.background': surface,
    'menu.selectionBackground': tint,
    'menu.selectionForeground': primary,
    'list.hoverBackground': tint,
    'list.highlightForeground': primary,
    'list.focusHighlightForeground': primary,
    'editorWidget.background': surface,
    'editorHoverWidget.background': surface,
    'editorSuggestWidget.background': surface,
    'editorSuggestWidget.selectedBackground': tint,
    'editorSuggestWidget.selectedForeground': primary,
    'quickInput.background': surface,
    'quickInputList.focusBackground': tint,
    'textLink.foreground': primary,
  };
}

/** Defines the themes before the first editor is created, and follows the system's colour scheme. Renders nothing. */
export function Themes() {
  const monaco = useMonaco((state) => state.monaco);
  const { setTheme } = useGraphiQLActions();
  const { theme } = useGraphiQL(pick('theme'));

  useEffect(() => {
    for (const [name, data] of Object.entries(themes)) monaco?.editor.defineTheme(name, data);
  }, [monaco]);

  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => {
      if (theme === null) setTheme(null);
    };
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);

  return null;
}
