/** Calls `begin` once, when the element comes into view or one of its controls is focused. */
export function whenSeen(element: Element, begin: () => void): void {
  const ready = (): void => {
    observer.disconnect();
    element.removeEventListener("focusin", ready);
    begin();
  };
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) ready();
    },
    { rootMargin: "200px" },
  );
  observer.observe(element);
  element.addEventListener("focusin", ready);
}
