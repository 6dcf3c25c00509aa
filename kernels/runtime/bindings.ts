/**
 * What is checked of a kernel call when it is bound, before it can reach the device: WebGPU's own messages come later and name
 * neither tensor nor remedy.
 * Leaves out: what only the shader knows (how many bindings it declares, of which types), which its pipeline checks.
 */
import type { Binding, KernelCall } from './dispatch.ts';
import { LimitError, ValidationError } from './errors.ts';
import type { Tensor } from './tensor.ts';

/** Throws `LimitError` or `ValidationError` if the device would refuse the call. */
export function checkCall(call: KernelCall, limits: GPUSupportedLimits): void {
  const label = call.label ?? call.shader;
  checkWorkgroups(call, label, limits);
  for (const [name, value] of Object.entries(call.constants)) {
    if (!Number.isFinite(value))
      throw new ValidationError(`${label}: the constant ${name} is ${value}, not a finite number`);
  }
  for (const [index, binding] of call.bindings.entries()) {
    checkBinding(binding, `${label}, binding ${index} (${binding.tensor.name})`, limits);
  }
  checkCounts(call, label, limits);
  checkAliases(call, label);
}

/** Bytes to bind: whole vec4s where the buffer has room, so that a shader can see any tensor as an array of vec4. */
export function boundByteLength(tensor: Tensor): number {
  const padded = Math.ceil(tensor.byteLength / 16) * 16;
  return tensor.offset + padded <= tensor.buffer.size ? padded : tensor.byteLength;
}

function checkWorkgroups(call: KernelCall, label: string, limits: GPUSupportedLimits): void {
  const most = limits.maxComputeWorkgroupsPerDimension;
  for (const count of call.workgroups) {
    if (!Number.isInteger(count) || count < 1) {
      throw new ValidationError(
        `${label}: workgroups [${call.workgroups.join(', ')}] must be whole numbers of at least 1`,
      );
    }
    if (count > most) {
      const hint = 'Let each workgroup do more, or spread the workgroups over two dimensions.';
      throw new LimitError(label, 'maxComputeWorkgroupsPerDimension', count, most, hint);
    }
  }
}

function checkBinding({ tensor, access }: Binding, where: string, limits: GPUSupportedLimits): void {
  const isUniform = access === 'uniform';
  if (tensor.byteLength === 0) throw new ValidationError(`${where}: the tensor [${tensor.shape.join(', ')}] is empty`);
  if (tensor.offset + tensor.byteLength > tensor.buffer.size) {
    throw new ValidationError(
      `${where}: bytes ${tensor.offset} to ${tensor.offset + tensor.byteLength} of a buffer of ${tensor.buffer.size}`,
    );
  }
  const alignment = isUniform ? limits.minUniformBufferOffsetAlignment : limits.minStorageBufferOffsetAlignment;
  if (tensor.offset % alignment !== 0) {
    throw new ValidationError(
      `${where}: the offset ${tensor.offset} is no multiple of ${alignment}`,
      'Place tensors in a shared buffer at multiples of tensorAlignment.',
    );
  }
  const limit = isUniform ? 'maxUniformBufferBindingSize' : 'maxStorageBufferBindingSize';
  if (tensor.byteLength > limits[limit]) {
    throw new LimitError(where, limit, tensor.byteLength, limits[limit], 'Split the tensor, or lower the batch size.');
  }
}

function checkCounts(call: KernelCall, label: string, limits: GPUSupportedLimits): void {
  const uniforms = call.bindings.filter(({ access }) => access === 'uniform').length;
  const counts = [
    ['maxStorageBuffersPerShaderStage', call.bindings.length - uniforms],
    ['maxUniformBuffersPerShaderStage', uniforms],
  ] as const;
  for (const [limit, count] of counts) {
    if (count > limits[limit])
      throw new LimitError(label, limit, count, limits[limit], 'Bind fewer tensors: let several share a buffer.');
  }
}

/** WebGPU allows no buffer to be both read-only and writable in one dispatch, whatever the ranges, nor two writable ranges that overlap. */
function checkAliases(call: KernelCall, label: string): void {
  for (const [index, { tensor, access }] of call.bindings.entries()) {
    if (access !== 'readwrite') continue;
    for (const [other, { tensor: second, access: secondAccess }] of call.bindings.entries()) {
      if (other === index || second.buffer !== tensor.buffer) continue;
      if (secondAccess !== 'readwrite') {
        throw new ValidationError(
          `${label}: ${tensor.name} is written and ${second.name} only read, but both lie in one buffer`,
          "Declare both 'readwrite', or give them buffers of their own.",
        );
      }
      if (tensor.offset < second.offset + second.byteLength && second.offset < tensor.offset + tensor.byteLength) {
        throw new ValidationError(`${label}: ${tensor.name} and ${second.name} are both written and overlap`);
      }
    }
  }
}
