// Node-RED as the test starts it: this machine only, no word to anybody outside.
module.exports = {
    uiHost: '127.0.0.1',
    uiPort: Number(process.env.NODE_RED_PORT),
    flowFile: 'wearable.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
};
