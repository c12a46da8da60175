/** Runs `draw` once for all calls of a short while: hundreds may come in one moment. */
export function batched(draw: () => void, milliseconds: number): () => void {
  let timer: number | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      draw();
    }, milliseconds);
  };
}
