import { describeShortForm } from './short-form.ts';

describeShortForm(2, 2);
