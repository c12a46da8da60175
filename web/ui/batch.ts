/** Runs `draw` once for all calls within a short time: hundreds may come at once. */
export function batched(draw: () => void, milliseconds: number): () => void {
  let timer: number | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      draw();
    }, milliseconds);
  };
}
