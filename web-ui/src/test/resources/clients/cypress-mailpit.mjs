// Every command of cypress-mailpit, without Cypress: what the commands use of it is made of promises here.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

const url = process.argv[2];
globalThis.Cypress = { expose: () => url, config: () => 2000 };
globalThis.cy = {
  env: async () => ({}),
  wrap: async (value) => value,
  wait: (time) => new Promise((done) => setTimeout(done, time)),
  async request({ method, url: address, body, qs }) {
    const target = new URL(address);
    Object.entries(qs ?? {}).forEach(([name, value]) => target.searchParams.set(name, value));
    const response = await fetch(target, { method, body: body && JSON.stringify(body) });
    if (!response.ok) {
      throw new Error(`${method} ${target} was answered with ${response.status} ${await response.text()}`);
    }
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: json ? await response.json() : await response.text() };
  },
};

// It is written for a bundler, and names no module type.
const source = new URL('./node_modules/cypress-mailpit/dist/src/MailpitCommands.js', import.meta.url);
const module = new URL('./cypress-commands.mjs', import.meta.url);
writeFileSync(module, readFileSync(source));
const { MailpitCommands } = await import(module);
const tried = new Set();
const commands = new Proxy(new MailpitCommands(), {
  get(target, name) {
    tried.add(name);
    return target[name].bind(target);
  },
});

await commands.mailpitDeleteAllEmails();
const { ID } = await commands.mailpitSendMail({ subject: 'My Test', attachments: [{ Content: 'aGVsbG8=', Filename: 'a.txt' }] });
await commands.mailpitSendMail();
const mail = await commands.mailpitGetMail(ID);
assert.equal((await commands.mailpitGetMail()).Subject, 'Hello Mailpit');
assert.equal((await commands.mailpitGetAllMails()).messages.length, 2);
assert.equal((await commands.mailpitGetEmailsBySubject('My Test')).messages_count, 1);
assert.equal((await commands.mailpitSearchEmails('from:from@example.com')).messages_count, 2);
assert.equal((await commands.mailpitHasEmailsBySearch('body:hello')).messages_count, 2);
assert.equal((await commands.mailpitNotHasEmailsBySearch('absent')).messages_count, 0);
assert.equal((await commands.mailpitHasEmailsBySubject('Hello')).messages_count, 1);
assert.equal((await commands.mailpitNotHasEmailsBySubject('absent')).messages_count, 0);
assert.equal((await commands.mailpitGetEmailsByTo('jane@example.com')).messages_count, 2);
assert.equal((await commands.mailpitHasEmailsByTo('jane@example.com')).messages_count, 2);
assert.equal((await commands.mailpitNotHasEmailsByTo('bcc@example.com')).messages_count, 0);
assert.equal(await commands.mailpitGetSubject(mail), 'My Test');
assert.equal(await commands.mailpitGetFromAddress(mail), 'from@example.com');
assert.deepEqual(await commands.mailpitGetRecipientAddress(mail), ['jane@example.com']);
assert.deepEqual(await commands.mailpitGetAttachments(mail), ['a.txt']);
assert.equal(await commands.mailpitGetMailHTMlBody(mail), '<p>hello from mailpit</p>');
assert.equal(await commands.mailpitGetMailTextBody(mail), 'hello from mailpit');
await assert.rejects(async () => commands.mailpitGetMailSpamAssassinSummary(mail), /404/);
await assert.rejects(async () => commands.mailpitGetMailSpamAssainSummary(mail), /404/);
assert.equal(await commands.mailpitSetAllEmailStatusAsRead(), 'ok');
assert.equal((await commands.mailpitGetAllMails()).unread, 0);
assert.equal(await commands.mailpitSetStatusAsUnRead(mail), 'ok');
assert.equal((await commands.mailpitGetAllMails()).unread, 1);
assert.equal(await commands.mailpitSetStatusAsRead([mail]), 'ok');
assert.equal((await commands.mailpitGetAllMails()).unread, 0);
assert.equal(await commands.mailpitSetAllEmailStatusAsUnRead(), 'ok');
assert.equal((await commands.mailpitGetAllMails()).unread, 2);
await commands.mailpitDeleteEmailsBySearch('subject:"My Test"');
assert.equal((await commands.mailpitGetAllMails()).total, 1);
await commands.mailpitDeleteAllEmails();
assert.equal((await commands.mailpitGetAllMails()).total, 0);

const all = [...MailpitCommands.parentCypressCommands, ...MailpitCommands.childCypressCommands];
assert.deepEqual(all.filter((name) => !tried.has(name)), []);
console.log(`${all.length} commands`);
