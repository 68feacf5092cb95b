// Sends one mail with nodemailer and prints what it reports as JSON.
// Called as: node send.js '{"transport": {...}, "caFile": "...", "mail": {...}}'; "count" sends it as often over a pool.
'use strict';

const fs = require('fs');
const nodemailer = require('nodemailer');

const order = JSON.parse(process.argv[2]);
const options = {name: 'client.test', connectionTimeout: 20000, greetingTimeout: 20000, ...order.transport};
if (order.caFile) {
    options.tls = {ca: fs.readFileSync(order.caFile)};
}
if (order.certFile) {
    options.tls = {...options.tls, cert: fs.readFileSync(order.certFile), key: fs.readFileSync(order.keyFile)};
}
const transport = nodemailer.createTransport(options);

async function send(number) {
    try {
        const mail = {...order.mail, subject: order.mail.subject + (order.count ? ' ' + number : '')};
        const {accepted, rejected, response} = await transport.sendMail(mail);
        return {accepted, rejected, response};
    } catch ({code, responseCode, response, command, message}) {
        return {code, responseCode, response, command, message};
    }
}

(async () => {
    const reports = [];
    for (let number = 0; number < (order.count || 1); number++) {
        reports.push(await send(number));
    }
    transport.close();
    console.log(JSON.stringify(reports));
})();
