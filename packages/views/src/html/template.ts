import type { Plan } from './plan.ts';

/** A template with its values. */
export class Template {
  readonly plan: Plan;
  readonly values: readonly unknown[];

  constructor(plan: Plan, values: readonly unknown[]) {
    this.plan = plan;
    this.values = values;
  }
}
