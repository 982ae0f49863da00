// Dialogs: modal, closed by Esc, with the focus back where it was.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export const Dialog = ({ title, id, close, children }: { title: string; id: string; close: () => void; children: ComponentChildren }) => {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const back = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (back instanceof HTMLElement && back.isConnected) back.focus();
    };
  }, []);
  return (
    <dialog ref={ref} class="dialog" aria-labelledby={id} onCancel={(event) => { event.preventDefault(); close(); }}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
};
