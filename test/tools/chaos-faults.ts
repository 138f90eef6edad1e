/** A share of every fault the simulator knows: on the line, in Telnyx' API and storage, and on the way of its webhooks. */
import type { EngineOptions } from '../../src/simulator/engine-options.ts';

export const engineFaults = (rate: number): Pick<EngineOptions, 'webhookFaults' | 'requestFaults' | 'lineFaults'> => ({
  webhookFaults: {
    ...{ drop: rate, duplicate: rate, reorder: rate, lateAfterHangup: rate, extraFields: rate, unknownEvents: rate },
    jitterMs: 100,
  },
  requestFaults: {
    ...{ tooMany: rate, serverError: rate, noAnswer: rate, slow: rate, dialAfterWebhook: rate },
    slowMs: 1500,
  },
  lineFaults: {
    ...{ missingVerdicts: rate, expiredLinks: rate },
    ...{ recordingErrors: rate, unannouncedRecordings: rate, lateRecordings: rate },
    ...{ failedDownloads: rate, errorPages: rate, cutDownloads: rate, slowDownloads: rate },
  },
});
