#include "Evaluation.h"
void quantc::evaluator::addAttention(Registry &) {}
