/** The learning curves as one picture: a row for each game, a column for each preset, a line for each seed. SVG, by Apache ECharts. */
import * as echarts from 'echarts';
import { combinations, type LearningResults, scoreGames } from './results.ts';

const panel = { width: 300, height: 200 } as const;
const margin = { left: 56, top: 56, right: 16, bottom: 48 } as const;
const seedColours = ['#2563eb', '#ea580c', '#059669', '#9333ea', '#be123c'];
const grey = '#6b7280';

export function learningChart(results: LearningResults): string {
  const { runs, random, tasks } = results;
  const pairs = combinations(runs);
  const presets = [...new Set(pairs.map(({ preset }) => preset))];
  const games = [...new Set(pairs.map(({ game }) => game))];
  const width = presets.length * (panel.width + margin.left + margin.right);
  const height = games.length * (panel.height + margin.top + margin.bottom) + 24;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  const placed = pairs.map(({ preset, game }) => ({
    preset,
    game,
    left: presets.indexOf(preset) * (panel.width + margin.left + margin.right) + margin.left,
    top: games.indexOf(game) * (panel.height + margin.top + margin.bottom) + margin.top,
  }));
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: placed.map(({ preset, game, left, top }) => ({
      text: `${preset}: ${game}`,
      left,
      top: top - 32,
      textStyle: { fontSize: 14, fontWeight: 'bold', color: '#111827' },
    })),
    grid: placed.map(({ left, top }) => ({ left, top, ...panel })),
    xAxis: placed.map(({ preset, game }, gridIndex) => ({
      gridIndex,
      axisLine: { onZero: false },
      type: 'value',
      name: 'agent steps',
      nameLocation: 'middle',
      nameGap: 26,
      max: Math.max(...runs.filter((run) => run.preset === preset && run.game === game).map((run) => run.agentSteps)),
      axisLabel: { formatter: (steps: number) => steps.toLocaleString('en-US') },
      splitNumber: 4,
      splitLine: { show: false },
    })),
    yAxis: placed.map(({ game }, gridIndex) => ({
      gridIndex,
      type: 'value',
      name: `mean of ${scoreGames} games`,
      nameLocation: 'middle',
      nameGap: 36,
      ...rangeOf(game, results),
    })),
    legend: { data: [...new Set(runs.map(({ seed }) => `seed ${seed}`))], bottom: 0, icon: 'roundRect' },
    series: placed.flatMap(({ preset, game }, index) => [
      ...runs
        .filter((run) => run.preset === preset && run.game === game)
        .map(({ seed, curve }) => ({
          name: `seed ${seed}`,
          type: 'line',
          xAxisIndex: index,
          yAxisIndex: index,
          data: curve.map(([x, y]) => [x, y]),
          showSymbol: false,
          lineStyle: { width: 2, color: seedColours[(seed - 1) % seedColours.length] },
          itemStyle: { color: seedColours[(seed - 1) % seedColours.length] },
        })),
      {
        name: 'marks',
        type: 'line',
        xAxisIndex: index,
        yAxisIndex: index,
        data: [],
        markLine: {
          symbol: 'none',
          silent: true,
          lineStyle: { color: grey, type: 'dashed' },
          label: { color: grey, position: 'insideEndTop' },
          data: [
            { yAxis: tasks[game].goal, label: { formatter: `goal ${tasks[game].goal}`, position: 'insideStartTop' } },
            { yAxis: random[game], label: { formatter: `random play ${random[game]}` } },
          ],
        },
      },
    ]),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** The same for all panels of a game: all curves, random play and the goal. */
function rangeOf(game: string, { runs, random, tasks }: LearningResults): { min: number; max: number } {
  const rewards = runs.filter((run) => run.game === game).flatMap(({ curve }) => curve.map(([, reward]) => reward));
  const values = [...rewards, random[game], tasks[game].goal];
  const step = 5;
  return { min: step * Math.floor(Math.min(...values) / step), max: step * Math.ceil(Math.max(...values) / step) };
}
