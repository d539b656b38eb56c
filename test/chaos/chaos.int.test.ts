import { describeShortForm } from './short-form.ts';

describeShortForm(1, 2);
