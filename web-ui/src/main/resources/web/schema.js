// What a JSON Schema knows about a place in a JSON text that is still being written.

/**
 * Where a caret stands: `path` of keys and indexes, `key` whether a key is expected, `begun` what is written of it, `from` where
 * that begins, `quoted` whether inside quotes, `present` the keys that the object has already.
 */
export function placeOf(text, caret) {
  const stack = [];
  let i = 0;
  const top = () => stack[stack.length - 1];
  const value = (done) => {
    const frame = top();
    if (frame && done) {
      frame.expects = 'comma';
    }
  };
  while (i < caret) {
    const c = text[i];
    if (c === '"') {
      const end = /^"(?:[^"\\\n]|\\.)*"/.exec(text.slice(i));
      const stop = end ? i + end[0].length : text.length;
      if (stop > caret || !end) {
        return place(stack, text.slice(i + 1, caret), i, true);
      }
      const frame = top();
      const word = text.slice(i + 1, stop - 1);
      if (frame?.object && frame.expects === 'key') {
        frame.key = word;
        frame.present.push(word);
        frame.expects = 'colon';
      } else {
        value(true);
      }
      i = stop;
    } else if (c === '{') {
      stack.push({ object: true, expects: 'key', key: null, present: [] });
      i++;
    } else if (c === '[') {
      stack.push({ object: false, expects: 'value', index: 0 });
      i++;
    } else if (c === '}' || c === ']') {
      stack.pop();
      value(true);
      i++;
    } else if (c === ':') {
      if (top()) {
        top().expects = 'value';
      }
      i++;
    } else if (c === ',') {
      const frame = top();
      if (frame?.object) {
        frame.expects = 'key';
      } else if (frame) {
        frame.index++;
        frame.expects = 'value';
      }
      i++;
    } else if (/\s/.test(c)) {
      i++;
    } else {
      const word = /^[^\s,:{}[\]"]+/.exec(text.slice(i))?.[0] ?? c;
      if (i + word.length >= caret) {
        return place(stack, text.slice(i, caret), i, false);
      }
      value(true);
      i += word.length;
    }
  }
  return place(stack, '', caret, false);
}

function place(stack, begun, from, quoted) {
  const frame = stack[stack.length - 1];
  if (!frame || frame.expects === 'comma' || frame.expects === 'colon') {
    return null;
  }
  const path = stack.slice(0, -1).map((each) => (each.object ? each.key : each.index));
  const key = frame.object && frame.expects === 'key';
  if (!key) {
    path.push(frame.object ? frame.key : frame.index);
  }
  return { path, key, begun, from, quoted, present: frame.object ? frame.present : [] };
}

/** All the schemas that may hold where a schema is named, with references followed. */
function spread(schema, root, depth = 0) {
  if (!schema || schema === true || depth > 12) {
    return [];
  }
  const more = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? []), schema.then, schema.else].filter(Boolean);
  const referred = schema.$ref ? schema.$ref.replace(/^#\//, '').split('/').reduce((at, name) => at?.[name], root) : null;
  return [{ ...schema, $ref: undefined }, ...(referred ? spread(referred, root, depth + 1).map((each) => ({ ...each, description: schema.description ?? each.description })) : []),
    ...more.flatMap((each) => spread(each, root, depth + 1))];
}

function at(root, path) {
  return path.reduce((schemas, step) => schemas.flatMap((each) => {
    const next = typeof step === 'number' ? each.items : each.properties?.[step];
    return next ? spread(next, root) : [];
  }), spread(root, root));
}

/** What may stand at a place: `{ insert, shown, what }`. */
export function candidates(root, { path, key, begun, quoted, present }) {
  const schemas = at(root, path);
  const found = new Map();
  if (key) {
    for (const [name, schema] of schemas.flatMap((each) => Object.entries(each.properties ?? {}))) {
      if (!present.includes(name) && !(found.get(name)?.what)) {
        found.set(name, { insert: JSON.stringify(name), shown: name, what: schema.description ?? spread(schema, root).find((each) => each.description)?.description ?? '' });
      }
    }
  } else {
    for (const schema of schemas) {
      for (const value of [...(schema.enum ?? []), ...('const' in schema ? [schema.const] : []), ...(schema.examples ?? []), ...(schema.type === 'boolean' ? [true, false] : [])]) {
        if (!quoted || typeof value === 'string') {
          found.set(JSON.stringify(value), { insert: JSON.stringify(value), shown: String(value), what: schema.description ?? '' });
        }
      }
    }
  }
  const low = begun.toLowerCase();
  return [...found.values()].filter((each) => each.shown.toLowerCase().includes(low) && each.shown !== begun)
    .sort((a, b) => b.shown.toLowerCase().startsWith(low) - a.shown.toLowerCase().startsWith(low));
}
