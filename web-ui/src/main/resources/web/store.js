// What this browser remembers of its person: theme, language, saved searches. Nothing of it is needed.

export function recall(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`restante.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(`restante.${key}`, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing: then it holds until the page is closed
  }
}
