/** The frame of every page about patients. */
import { countAlerts } from '../../store/tasks.ts';
import type { Ask } from '../route.ts';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS } from './layout.tsx';
import { viewerOf } from './viewer.ts';

export const patientFrame = async (ask: Ask) => ({
  clinicName: ask.config.clinic.name,
  viewer: viewerOf(ask.actor),
  alerts: await countAlerts(ask.db, MOST_ALERTS),
  givenUp: await givenUpFor(ask),
  current: 'patients' as const,
});
