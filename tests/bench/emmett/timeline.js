// Emmett's own projector for the one table, as its guide to read models has it: a projection of raw SQL, an UPSERT per
// event, registered with a consumer of its PostgreSQL event store.
//
//   node timeline.js append URL FILE           stores the events of a file, one JSON a line, in its order
//   node timeline.js project URL COUNT TYPES   projects the first COUNT events, those of TYPES; prints events, seconds
//
// Its own defaults, 100 events a batch and a pause of 50 ms behind each, would measure the pauses: it gets batches of
// 1,000, and no pause but the 100 ms behind the first batch, which can't be set. On a busy machine the medians of other
// sizes, from 250 to 3,000, lay within a sixth of that. A batch is one transaction, in which each event stores the
// checkpoint. The clock runs from the first batch's begin to the last one's commit.

import { sql } from '@event-driven-io/dumbo';
import { MessageProcessor } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore, postgreSQLRawSQLProjection } from '@event-driven-io/emmett-postgresql';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const BATCH = 1000;
const KINDS = { call_logged: 'call', note_taken: 'note' };
const COLUMNS = '(contact_id, occurred_at, kind, event_type, event_id)';
const UPSERT =
  'ON CONFLICT (contact_id, event_id) DO UPDATE SET occurred_at = excluded.occurred_at, kind = excluded.kind';

const append = async (store, file) => {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { stream, ...event } = JSON.parse(line);
    await store.appendToStream(stream, [event]);
  }
};

const project = async (store, types, count) => {
  const consumer = store.consumer({ pulling: { batchSize: BATCH, pullingFrequencyInMs: 0 } });
  const projection = postgreSQLRawSQLProjection({ name: 'contact_timeline', canHandle: types, evolve });
  const told = watch(consumer.projector({ processorId: `timeline-${randomUUID()}`, projection }), count);
  await consumer.start();
  await consumer.close();
  if (told.error) throw told.error; // the consumer itself only stops
  return { events: told.events, seconds: (told.ended - told.begun) / 1000 };
};

const evolve = ({ type, data }) => {
  const [, area, action] = type.split('.');
  const kind = area === 'activity' ? (KINDS[action] ?? 'email') : area;
  const { thing_id: thing, contacts, occurred_at: at, event_id: id } = data;
  if (area === 'activity' || area === 'contact') {
    return contacts.length ? [ofContacts(contacts, at, kind, type, id)] : [];
  }
  return [...(contacts.length ? [nameContacts(thing, contacts)] : []), ofThing(at, kind, type, id, thing)];
};

const ofContacts = (contacts, at, kind, type, id) =>
  sql(
    `INSERT INTO contact_timeline ${COLUMNS}
     SELECT DISTINCT unnest(ARRAY[%L]::uuid[]), %L::timestamptz, %L, %L, %L::uuid ${UPSERT}`,
    contacts, at, kind, type, id,
  );

const nameContacts = (thing, contacts) =>
  sql(
    'INSERT INTO thing_contact SELECT %L::uuid, unnest(ARRAY[%L]::uuid[]) ON CONFLICT DO NOTHING',
    thing, contacts,
  );

const ofThing = (at, kind, type, id, thing) =>
  sql(
    `INSERT INTO contact_timeline ${COLUMNS}
     SELECT contact_id, %L::timestamptz, %L, %L, %L::uuid FROM thing_contact WHERE thing_id = %L::uuid ${UPSERT}`,
    at, kind, type, id, thing,
  );

/** Takes the time around a processor's batches, and stops it behind the last event. */
const watch = (processor, count) => {
  const told = { events: 0 };
  const { handle } = processor;
  processor.handle = async (messages, context) => {
    told.begun ??= performance.now();
    try {
      await handle(messages, context);
    } catch (error) {
      told.error = error;
      return MessageProcessor.result.stop();
    }
    told.ended = performance.now();
    told.events += messages.length;
    return told.events < count ? undefined : MessageProcessor.result.stop();
  };
  return told;
};

const [command, url, what, types = ''] = process.argv.slice(2);
const store = getPostgreSQLEventStore(url);
try {
  if (command === 'append') await append(store, what);
  else console.log(JSON.stringify(await project(store, types.split(','), Number(what))));
} finally {
  await store.close();
}
