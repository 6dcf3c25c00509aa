// conv2d.backwardInput: dInput[b, iy, ix, c] = sum over ky, kx, n of dOutput[b, oy, ox, n] * weight[ky, kx, c, n]
//                       where oy * STRIDE = iy + PADDING - ky and ox * STRIDE = ix + PADDING - kx, with oy, ox inside the output;
//                       where MASK is 1, times 1 if input[b, iy, ix, c] > 0 and 0 if not (the gradient of the ReLU before).
//   dOutput [BATCH, OUTPUT_HEIGHT, OUTPUT_WIDTH, OUTPUTS]    f32
//   weight  [KERNEL_HEIGHT, KERNEL_WIDTH, INPUTS, OUTPUTS]   f32
//   input   [BATCH, HEIGHT, WIDTH, INPUTS]                   f32; read only where MASK is 1
//   dInput  [BATCH, HEIGHT, WIDTH, INPUTS]                   f32
// Input pixels whose coordinates have one remainder modulo STRIDE meet the same taps of the kernel: they form a phase. Workgroups
// along z are the STRIDE * STRIDE phases. Within a phase, (phaseY, phaseX) counts pixels by STRIDE, and oy = phaseY + const - tap.
// One invocation computes 4 successive pixels of a phase x 4 successive input channels. Sums run over ky, kx, n in this order.
// Bounds: pixels outside the input (the last of some phases) and channels past INPUTS are computed but not written.
override BATCH: u32;
override HEIGHT: u32;
override WIDTH: u32;
override INPUTS: u32;
override OUTPUTS: u32;
override OUTPUT_HEIGHT: u32;
override OUTPUT_WIDTH: u32;
override KERNEL_HEIGHT: u32;
override KERNEL_WIDTH: u32;
override STRIDE: u32;
override PADDING: u32;
override MASK: u32;

@group(0) @binding(0) var<storage, read> dOutput: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> dInput: array<f32>;

/// A pixel of a phase: the output pixel that tap 0 meets, the image, and the pixel's own element in dInput.
struct Pixel { outputX: i32, outputY: i32, image: u32, address: u32, exists: bool }

fn pixelOf(row: u32, phase: vec2u) -> Pixel {
  let phaseWidth = (WIDTH + STRIDE - 1) / STRIDE;
  let phaseHeight = (HEIGHT + STRIDE - 1) / STRIDE;
  let line = row / phaseWidth;
  let phaseX = row % phaseWidth;
  let phaseY = line % phaseHeight;
  let image = line / phaseHeight;
  let x = phaseX * STRIDE + phase.x;
  let y = phaseY * STRIDE + phase.y;
  return Pixel(
    i32(phaseX + (phase.x + PADDING) / STRIDE),
    i32(phaseY + (phase.y + PADDING) / STRIDE),
    min(image, BATCH - 1),
    ((image * HEIGHT + y) * WIDTH + x) * INPUTS,
    image < BATCH && x < WIDTH && y < HEIGHT,
  );
}

/// Whether the tap meets a pixel of the output.
fn inside(pixel: Pixel, tapY: u32, tapX: u32) -> bool {
  return u32(pixel.outputY - i32(tapY)) < OUTPUT_HEIGHT && u32(pixel.outputX - i32(tapX)) < OUTPUT_WIDTH;
}

/// The element of dOutput's channel 0 that the tap meets; 0 outside the output.
fn tapAddress(pixel: Pixel, tapY: u32, tapX: u32) -> u32 {
  let y = (pixel.image * OUTPUT_HEIGHT) + u32(pixel.outputY - i32(tapY));
  let address = (y * OUTPUT_WIDTH + u32(pixel.outputX - i32(tapX))) * OUTPUTS;
  return select(0, address, inside(pixel, tapY, tapX));
}

fn storeOne(address: u32, value: f32) {
  if (MASK != 0) {
    dInput[address] = select(0.0, value, input[address] > 0.0);
  } else {
    dInput[address] = value;
  }
}

fn store(pixel: Pixel, channel: u32, value: vec4f) {
  if (!pixel.exists) { return; }
  let address = pixel.address + channel;
  storeOne(address, value.x);
  if (channel + 1 < INPUTS) { storeOne(address + 1, value.y); }
  if (channel + 2 < INPUTS) { storeOne(address + 2, value.z); }
  if (channel + 3 < INPUTS) { storeOne(address + 3, value.w); }
}

/// A loop bound that the driver cannot see through: `weight` has at least as many elements. Unrolled, the loops take up to ten times as
/// long to compile and run no faster.
fn opaque(bound: u32) -> u32 {
  return min(bound, arrayLength(&weight));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let channelTiles = (INPUTS + 3) / 4;
  let channel = (id.x % channelTiles) * 4;
  let row = (id.x / channelTiles) * 4;
  let phase = vec2u(id.z % STRIDE, id.z / STRIDE);
  let pixel0 = pixelOf(row, phase);
  let pixel1 = pixelOf(row + 1, phase);
  let pixel2 = pixelOf(row + 2, phase);
  let pixel3 = pixelOf(row + 3, phase);
  let firstKx = (phase.x + PADDING) % STRIDE;
  let firstKy = (phase.y + PADDING) % STRIDE;

  var sum0 = vec4f(0);
  var sum1 = vec4f(0);
  var sum2 = vec4f(0);
  var sum3 = vec4f(0);
  for (var ky = firstKy; ky < opaque(KERNEL_HEIGHT); ky += STRIDE) {
    let tapY = ky / STRIDE;
    for (var kx = firstKx; kx < opaque(KERNEL_WIDTH); kx += STRIDE) {
      let tapX = kx / STRIDE;
      let tap0 = tapAddress(pixel0, tapY, tapX);
      let tap1 = tapAddress(pixel1, tapY, tapX);
      let tap2 = tapAddress(pixel2, tapY, tapX);
      let tap3 = tapAddress(pixel3, tapY, tapX);
      let inside0 = inside(pixel0, tapY, tapX);
      let inside1 = inside(pixel1, tapY, tapX);
      let inside2 = inside(pixel2, tapY, tapX);
      let inside3 = inside(pixel3, tapY, tapX);
      let tapWeight = ((ky * KERNEL_WIDTH + kx) * INPUTS + channel) * OUTPUTS;
      for (var n = 0u; n < opaque(OUTPUTS); n++) {
        let address = tapWeight + n;
        let w = vec4f(weight[address], weight[address + OUTPUTS], weight[address + 2 * OUTPUTS], weight[address + 3 * OUTPUTS]);
        sum0 += select(0.0, dOutput[tap0 + n], inside0) * w;
        sum1 += select(0.0, dOutput[tap1 + n], inside1) * w;
        sum2 += select(0.0, dOutput[tap2 + n], inside2) * w;
        sum3 += select(0.0, dOutput[tap3 + n], inside3) * w;
      }
    }
  }
  store(pixel0, channel, sum0);
  store(pixel1, channel, sum1);
  store(pixel2, channel, sum2);
  store(pixel3, channel, sum3);
}
