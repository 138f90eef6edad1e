/** An export of a patient as it is sent: to be kept by nobody on the way, and named by the patient's opaque id alone (HS-25). */
import { invalidField } from './check-input.ts';
import { documentExport } from './export-document.ts';
import { type Exporter, type ExportWish, exportTexts, isDisclosure, jsonExport, noteExport } from './export-patient.ts';
import { zipExport } from './export-zip.ts';
import type { Ask } from './route.ts';
import { begun, textStream } from './text-stream.ts';

const ZIP_TYPE = 'application/zip';

export async function exportResponse(
  ask: Exporter & Pick<Ask, 'env'>,
  patientId: string,
  wish: ExportWish,
): Promise<Response> {
  const { purpose, format, recipient } = wish;
  if (isDisclosure(purpose) && recipient === null)
    throw invalidField('/recipient', 'required', 'Say to whom it goes: it is noted down as a disclosure.');
  if (format === 'zip') {
    const archive = await zipExport(ask, patientId, purpose);
    await noteExport(ask, patientId, wish);
    const headers = { 'Content-Type': ZIP_TYPE, 'Content-Disposition': `attachment; filename="${patientId}.zip"` };
    return new Response(archive, { headers: { ...headers, 'Cache-Control': 'no-store' } });
  }
  const writer = format === 'json' ? jsonExport : documentExport(ask.config.clinic, ask.now);
  const texts = await begun(exportTexts(ask, patientId, purpose, writer));
  await noteExport(ask, patientId, wish);
  // The readable one opens in the browser, to be printed or saved from there.
  const disposition =
    format === 'json' ? `attachment; filename="${patientId}.json"` : `inline; filename="${patientId}.html"`;
  return new Response(textStream(texts), {
    headers: { 'Content-Type': writer.type, 'Content-Disposition': disposition, 'Cache-Control': 'no-store' },
  });
}
