// Every call of the npm client mailpit-api, against the server whose address is the first argument.
import assert from 'node:assert/strict';
import { MailpitClient } from 'mailpit-api';

const mailpit = new MailpitClient(process.argv[2]);
const keys = (object) => Object.keys(object).sort();
const refused = (call, status) => assert.rejects(call, new RegExp(`Mailpit API Error: ${status} `));
const tried = new Set();
const client = new Proxy(mailpit, {
  get(target, name) {
    tried.add(name);
    return target[name].bind(target);
  },
});

assert.equal(await client.deleteMessages(), 'ok');
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOQ9Z8IAAIBARE5Nr+9AAAAAElFTkSuQmCC';
const { ID } = await client.sendMessage({
  From: { Email: 'from@example.test', Name: 'First Last' },
  To: [{ Email: 'rec@example.test', Name: 'Recipient' }, { Email: 'another@example.test' }],
  Cc: [{ Email: 'cc@example.test' }],
  Bcc: ['bcc@example.test'],
  ReplyTo: [{ Email: 'reply@example.test', Name: 'Reply' }],
  Subject: 'Test Email',
  Text: 'plain https://example.test/text',
  HTML: '<p style="color:red">rich <a href="https://example.test/html">link</a></p>',
  Tags: ['one'],
  Headers: { 'X-Custom': 'value' },
  Attachments: [{ Content: pixel, Filename: 'pixel.png', ContentType: 'image/png' },
    { Content: pixel, Filename: 'logo.png', ContentType: 'image/png', ContentID: 'logo' }],
});

const summary = await client.getMessageSummary();
assert.equal(summary.ID, ID);
assert.deepEqual(keys(summary), ['Attachments', 'Bcc', 'Cc', 'Date', 'From', 'HTML', 'ID', 'Inline', 'ListUnsubscribe',
  'MessageID', 'ReplyTo', 'ReturnPath', 'Size', 'Subject', 'Tags', 'Text', 'To', 'Username'].sort());
assert.deepEqual(summary.From, { Name: 'First Last', Address: 'from@example.test' });
assert.deepEqual(summary.Bcc, [{ Name: '', Address: 'bcc@example.test' }]);
assert.deepEqual(summary.Tags, ['one']);
assert.deepEqual(keys(await client.getMessageHeaders(ID)), ['Bcc', 'Cc', 'Content-Type', 'Date', 'From', 'Message-Id',
  'Mime-Version', 'Reply-To', 'Return-Path', 'Subject', 'To', 'X-Custom', 'X-Tags']);
assert.match(await client.getMessageSource(), /^Subject: Test Email\r$/m);
const part = await client.getMessageAttachment(ID, summary.Attachments[0].PartID);
assert.equal(part.type, 'image/png');
assert.equal(Buffer.from(await part.arrayBuffer()).toString('base64'), pixel);
assert.equal((await client.getAttachmentThumbnail(ID, summary.Inline[0].PartID)).type, 'image/jpeg');
assert.equal(await client.renderMessageText(ID), 'plain https://example.test/text');
assert.match(await client.renderMessageHTML(ID), /rich <a href="https:/);
assert.match(await client.renderMessageHTML(ID, 1), /target="_blank"/);

const list = await client.listMessages(0, 10);
assert.equal(list.messages_count, 1);
assert.deepEqual(keys(list), ['count', 'messages', 'messages_count', 'messages_unread', 'start', 'tags', 'total', 'unread']);
assert.equal(list.messages[0].Read, true);
assert.equal(list.messages[0].Attachments, 1);
assert.equal(await client.setReadStatus({ IDs: [ID] }), 'ok');
assert.equal((await client.searchMessages({ query: 'is:unread subject:"test email"', tz: 'Europe/Berlin' })).messages_count, 1);
assert.equal((await client.waitForMessage({ query: 'to:another@example.test' })).ID, ID);
assert.equal((await client.waitForMessages({ query: 'subject:test', count: 1 })).messages[0].ID, ID);
await assert.rejects(() => client.waitForMessage({ query: 'subject:absent' }, { timeout: 50, interval: 10 }), /Timeout/);
await refused(() => client.searchMessages({ query: '(' }), 400);
await refused(() => client.getMessageSummary('absent'), 404);

assert.deepEqual(await client.getTags(), ['one']);
assert.equal(await client.setTags({ IDs: [ID], Tags: ['two', 'three four'] }), 'ok');
await client.renameTag('three four', 'five & six'.replace('&', 'and'));
assert.deepEqual(await client.getTags(), ['five and six', 'two']);
assert.equal(await client.deleteTag('two'), 'ok');
await refused(() => client.deleteTag('two'), 400);

const info = await client.getInfo();
assert.equal(info.Messages, 1);
assert.deepEqual(keys(info), ['Database', 'DatabaseSize', 'LatestVersion', 'Messages', 'RuntimeStats', 'Tags', 'Unread', 'Version']);
assert.equal((await client.getConfiguration()).ChaosEnabled, true);
const links = await client.linkCheck(ID);
assert.deepEqual(links.Links.map((link) => link.URL), ['https://example.test/html', 'https://example.test/text']);
await refused(() => client.spamAssassinCheck(ID), 404);
const check = await client.htmlCheck(ID);
assert.deepEqual(check.Warnings.map((warning) => warning.Slug).filter((slug) => slug.startsWith('html')), ['html-p']);
assert.equal(Math.round(check.Total.Supported + check.Total.Partial + check.Total.Unsupported), 100);
await refused(() => client.releaseMessage(ID, { To: ['x@example.test'] }), 400);

const calm = { ErrorCode: 451, Probability: 0 };
assert.deepEqual(await client.getChaosTriggers(), { Sender: calm, Recipient: calm, Authentication: { ErrorCode: 535, Probability: 0 } });
const chaos = await client.setChaosTriggers({ Sender: { ErrorCode: 452, Probability: 100 } });
assert.deepEqual(chaos.Sender, { ErrorCode: 452, Probability: 100 });
assert.deepEqual((await client.setChaosTriggers()).Sender, calm);

assert.equal(await client.deleteMessagesBySearch({ query: 'subject:absent' }), 'ok');
assert.equal((await client.listMessages()).total, 1);
assert.equal(await client.deleteMessages({ IDs: [ID] }), 'ok');
assert.equal((await client.listMessages()).total, 0);

const all = Object.getOwnPropertyNames(MailpitClient.prototype).filter((name) => !['constructor', 'request'].includes(name));
assert.deepEqual(all.filter((name) => !tried.has(name)), []);
console.log(`${tried.size} calls`);
