import { Modal } from '../../../ui/overlays/modal.js';

export function Palette({ onClose }: { onClose: () => void }) {
  return (
    <Modal title="Search" onClose={onClose}>
      <p>…</p>
    </Modal>
  );
}
