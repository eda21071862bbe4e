#include "Evaluation.h"
void quantc::evaluator::addResize(Registry &) {}
