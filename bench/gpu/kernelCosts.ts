/**
 * The table of docs/kernels.md: every call of every kernel at the shapes of the Nature network, its dispatch and what it must cost, from
 * the host halves alone: no device, nothing measured (kernelResults.ts has the times).
 */
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { type ElementType, type Tensor, tensorByteLength } from '../../kernels/runtime/tensor.ts';
import { variantNames } from '../../kernels/variant.ts';
import { batchKernels, type MeasuredCall, parameterKernels } from './natureKernels.ts';

const batch = 32;

/** A GPU that has tensors of every size on paper, and an adapter that runs every variant. */
function paperGpu(): Gpu {
  const tensor = (name: string, shape: readonly number[], type: ElementType = 'f32'): Tensor => {
    const byteLength = tensorByteLength(type, shape);
    const buffer = { size: Math.ceil(byteLength / 16) * 16 } as GPUBuffer;
    return { name, type, shape, buffer, offset: 0, byteLength };
  };
  const paper = {
    tensor,
    uniform: (name: string, words: number) => tensor(name, [words]),
    write() {},
    hasSubgroups: true,
    kind: 'hardware',
    adapter: { info: { subgroupMinSize: 8, subgroupMaxSize: 8 } },
  };
  return paper as unknown as Gpu;
}

/** Every call, of each pass those of all its variants. */
export function paperCalls(): MeasuredCall[] {
  const gpu = paperGpu();
  return [...batchKernels(gpu, batch, ({ variants }) => variants), ...parameterKernels(gpu)];
}

/** A Markdown table; calls that a variant makes for one pass stand in successive rows. */
export function kernelCostsMarkdown(): string {
  const order = new Map(variantNames.map((name, index): [string, number] => [name, index]));
  const calls = paperCalls();
  const kernels = [...new Set(calls.map(({ kernel }) => kernel.replace(/\.(sumSplits|addSplits|sumBlocks).*$/, '')))];
  const rows = kernels.flatMap((kernel) =>
    calls
      .filter((call) => call.kernel === kernel || call.kernel.startsWith(`${kernel}.`))
      .sort((a, b) => (order.get(a.variant ?? '') ?? 0) - (order.get(b.variant ?? '') ?? 0)),
  );
  const unique = [...new Set(rows)];
  return [
    '| call | variant | shader | workgroups | FLOP | bytes |',
    '| :-- | :-- | :-- | :-- | --: | --: |',
    ...unique.map(({ kernel, variant, call }) =>
      row([
        kernel,
        variant ?? '-',
        `[${call.shader}](../shaders/${call.shader}.wgsl)`,
        trimmed(call.workgroups).join(' x '),
        amount(call.flops),
        amount(call.bytes),
      ]),
    ),
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Without the ones at the end. */
function trimmed([x, y, z]: readonly [number, number, number]): number[] {
  return z > 1 ? [x, y, z] : y > 1 ? [x, y] : [x];
}

/** Three digits, of thousands (k) or millions (M) where there are so many. */
function amount(value: number): string {
  const [unit, name] = value >= 1e6 ? [1e6, ' M'] : value >= 1e3 ? [1e3, ' k'] : [1, ''];
  return `${Number((value / unit).toPrecision(3))}${name}`;
}
