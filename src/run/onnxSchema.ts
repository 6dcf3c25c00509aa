/**
 * ONNX's file format, as much of it as this project writes, in the form that protobufjs reads: message, field, number.
 * Source: https://github.com/onnx/onnx, onnx/onnx.proto; its comments say what the fields mean.
 */
import protobuf from 'protobufjs/light.js';

type Field = [type: string, id: number, rule?: 'repeated'];

const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
    producerName: ['string', 2],
    docString: ['string', 6],
    graph: ['GraphProto', 7],
    metadataProps: ['StringStringEntryProto', 14, 'repeated'],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  GraphProto: {
    node: ['NodeProto', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['TensorProto', 5, 'repeated'],
    input: ['ValueInfoProto', 11, 'repeated'],
    output: ['ValueInfoProto', 12, 'repeated'],
  },
  NodeProto: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['AttributeProto', 5, 'repeated'],
  },
  AttributeProto: { name: ['string', 1], type: ['int32', 20], i: ['int64', 3], ints: ['int64', 8, 'repeated'] },
  TensorProto: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
  },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TypeProtoTensor', 1] },
  TypeProtoTensor: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['TensorShapeDimension', 1, 'repeated'] },
  TensorShapeDimension: { dimValue: ['int64', 1], dimParam: ['string', 2] },
};

const nested = Object.entries(messages).map(([message, fields]) => {
  const described = Object.entries(fields).map(([field, [type, id, rule]]) => {
    return [field, { type, id, ...(rule === undefined ? {} : { rule }) }] as const;
  });
  return [message, { fields: Object.fromEntries(described) }] as const;
});
const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(nested) });

/** The bytes of a ModelProto, given as a plain object. Throws TypeError where a field is not of its type. */
export function encodeModel(model: Readonly<Record<string, unknown>>): Uint8Array {
  const type = root.lookupType('ModelProto');
  const problem = type.verify(model);
  if (problem !== null) throw new TypeError(`ONNX: ${problem}`);
  return type.encode(model).finish();
}
