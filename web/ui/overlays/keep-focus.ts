const REACHABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';

/**
 * Keeps the place of keyboard users when the focused element disappears: focuses what was next to it in the same part
 * of the page, or else the beginning of `main`.
 * @returns a function that stops this
 */
export function keepFocus(): () => void {
  let last: Element | undefined;
  let parents: Element[] = [];
  let order: Element[] = [];
  const remember = ({ target }: Event) => {
    if (!(target instanceof Element)) return;
    last = target;
    parents = [];
    for (let parent = target.parentElement; parent; parent = parent.parentElement) parents.push(parent);
    order = [...document.querySelectorAll(REACHABLE)];
  };
  const forget = () => {
    last = undefined;
  };
  const observer = new MutationObserver(() => {
    if (last === undefined || last.isConnected || document.activeElement !== document.body) return;
    const at = order.indexOf(last);
    const home = parents.find((parent) => parent.isConnected && parent !== document.body);
    const isNear = (element: Element) =>
      element.isConnected && home?.contains(element) === true && !home.matches('main');
    const next = order.slice(at + 1).find(isNear) ?? order.slice(0, at).findLast(isNear);
    last = undefined;
    if (next instanceof HTMLElement) next.focus();
    else document.querySelector<HTMLElement>('main[tabindex]')?.focus({ preventScroll: true });
  });
  // A click elsewhere removes the focus on purpose.
  document.addEventListener('pointerdown', forget, true);
  document.addEventListener('focusin', remember);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('pointerdown', forget, true);
    document.removeEventListener('focusin', remember);
    observer.disconnect();
  };
}
