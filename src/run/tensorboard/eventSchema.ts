/**
 * TensorBoard's events, as much of them as this project writes, in the form that protobufjs reads: message, field, number.
 * Source: https://github.com/tensorflow/tensorboard, tensorboard/compat/proto: event.proto, summary.proto, histogram.proto.
 */
import protobuf from 'protobufjs/light.js';

type Field = [type: string, id: number, rule?: 'repeated'];

const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Event: {
    wallTime: ['double', 1],
    step: ['int64', 2],
    fileVersion: ['string', 3],
    summary: ['Summary', 5],
    sessionLog: ['SessionLog', 7],
  },
  SessionLog: { status: ['int32', 1] },
  Summary: { value: ['SummaryValue', 1, 'repeated'] },
  SummaryValue: {
    tag: ['string', 1],
    simpleValue: ['float', 2],
    image: ['SummaryImage', 4],
    histo: ['HistogramProto', 5],
  },
  SummaryImage: {
    height: ['int32', 1],
    width: ['int32', 2],
    colorspace: ['int32', 3],
    encodedImageString: ['bytes', 4],
  },
  HistogramProto: {
    min: ['double', 1],
    max: ['double', 2],
    num: ['double', 3],
    sum: ['double', 4],
    sumSquares: ['double', 5],
    bucketLimit: ['double', 6, 'repeated'],
    bucket: ['double', 7, 'repeated'],
  },
};

/** Of which one is there: a value of 0 is written, too. */
const oneofs: Readonly<Record<string, Readonly<Record<string, { oneof: string[] }>>>> = {
  SummaryValue: { value: { oneof: ['simpleValue', 'image', 'histo'] } },
};

/** Counts of values: bucket i holds those from limit i-1 (the first: from -∞) up to but not at limit i. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  readonly bucketLimit: readonly number[];
  readonly bucket: readonly number[];
}

/** One value of an event; its tag is where TensorBoard shows it. */
export type SummaryValue = { readonly tag: string } & (
  | { readonly simpleValue: number }
  | { readonly histo: Histogram }
  /** `colorspace` 3: RGB. The bytes are those of an image file. */
  | { readonly image: { height: number; width: number; colorspace: 3; encodedImageString: Uint8Array } }
);

export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** The first event's: `brain.Event:2`. */
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly SummaryValue[] };
  /** 1: a process begins here; events of this step and later ones that a process before it wrote are void. */
  readonly sessionLog?: { readonly status: 1 };
}

const nested = Object.entries(messages).map(([message, fields]) => {
  const described = Object.entries(fields).map(([field, [type, id, rule]]) => {
    return [field, { type, id, ...(rule === undefined ? {} : { rule, options: { packed: true } }) }] as const;
  });
  return [message, { fields: Object.fromEntries(described), oneofs: oneofs[message] }] as const;
});
const eventType = protobuf.Root.fromJSON({ nested: Object.fromEntries(nested) }).lookupType('Event');

/** The bytes of an event. Throws TypeError where a field is not of its type. */
export function encodeEvent(event: Event): Uint8Array {
  const problem = eventType.verify({ ...event });
  if (problem !== null) throw new TypeError(`TensorBoard: ${problem}`);
  return eventType.encode({ ...event }).finish();
}
