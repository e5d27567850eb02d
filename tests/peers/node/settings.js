// Node-RED without its editor and its pages: nothing runs but the flow. Context stays in memory, its fastest.
const fs = require('fs');
const { booleanPointInPolygon } = require('@turf/boolean-point-in-polygon');
const { point } = require('@turf/helpers');

module.exports = {
    flowFile: 'flows.json',
    uiHost: '127.0.0.1',
    uiPort: Number(process.env.PEERS_PORT),
    httpAdminRoot: false,
    httpNodeRoot: false,
    disableEditor: true,
    telemetry: { enabled: false },
    diagnostics: { enabled: false, ui: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    // What function nodes may use, given to them as the manual advises.
    functionGlobalContext: {
        city: JSON.parse(fs.readFileSync(process.env.PEERS_CITY, 'utf8')),
        inside: booleanPointInPolygon,
        point,
        flatbush: import('flatbush'),
    },
};
